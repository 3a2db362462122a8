namespace LoraFaaS.Cli;

/// <summary>The command line, a file or the machine does not allow it; the message is one line that says what to do. Exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
