namespace LoraFaaS.Cli.Stack;

/// <summary>A stack file cannot be used; the message names the file, the line and the key.</summary>
internal sealed class StackException(string message) : Exception(message);
