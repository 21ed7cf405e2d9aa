// The least that a scenario can be.
export default { play() {} }
