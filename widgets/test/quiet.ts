/** Node warns of many listeners on one signal; a widget has as many as it has parts, and browsers do not mind. */

import { setMaxListeners } from "node:events";

setMaxListeners(0);
