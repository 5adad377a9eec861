#!/usr/bin/env node
// `npx http-tunnel` in the repository, after `npm ci` alone. For everywhere else `npm run build:agent` makes one file.
'use strict';
require('tsx/cjs');
require('./main.ts');
