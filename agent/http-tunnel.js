#!/usr/bin/env node
// Entry point of `npx http-tunnel` inside the repository; needs only `npm ci`. For other places, `npm run build:agent` makes a single file.
'use strict';
require('tsx/cjs');
require('./main.ts');
