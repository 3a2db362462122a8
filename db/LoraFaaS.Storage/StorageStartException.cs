namespace LoraFaaS.Storage;

/// <summary>The storage cannot be opened. The message is one line that says what is wrong and what to do: print it and exit.</summary>
public sealed class StorageStartException(string message, Exception? innerException = null) : Exception(message, innerException);
