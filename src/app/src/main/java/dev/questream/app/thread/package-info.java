/** Threads that work beside the application and never keep the process alive. */
package dev.questream.app.thread;
