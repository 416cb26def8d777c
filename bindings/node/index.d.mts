export * from './index.js';
import voxguard from './index.js';
export default voxguard;
