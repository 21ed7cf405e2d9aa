# The demo game as one process: page and game server on one port.
#   docker build -t paint-the-floor . && docker run --rm -p 5173:5173 paint-the-floor
FROM node:24-slim
WORKDIR /app
COPY . .
RUN npm run build
USER node
EXPOSE 5173
CMD ["node", "scripts/run.mjs", "serve", "--host", "0.0.0.0"]
