// A file that is something else.
export default 7
