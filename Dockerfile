# The demo game as one process: page and game server on one port.
#   docker build -t paint-the-floor . && docker run --rm -p 5173:5173 paint-the-floor
FROM node:24-slim
# Whoever serves also built: Vite writes beside its configuration when it starts.
RUN mkdir /app && chown node:node /app
USER node
WORKDIR /app
COPY --chown=node:node . .
RUN npm run build
EXPOSE 5173
CMD ["node", "scripts/run.mjs", "serve", "--host", "0.0.0.0"]
