export { addHabitCommands } from './commands';
export { followKernels } from './follow';
