/**
 * The lab: commands that show, measure, break and evaluate the application. They join its command
 * line when this jar is on the class path.
 */
package dev.questream.lab;
