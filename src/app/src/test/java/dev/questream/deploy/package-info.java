/** What can be checked of {@code deploy/} without the systems that it is for. */
package dev.questream.deploy;
