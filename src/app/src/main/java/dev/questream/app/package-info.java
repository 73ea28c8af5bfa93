/** The entry point. Everything else of the application lies in the packages below. */
package dev.questream.app;
