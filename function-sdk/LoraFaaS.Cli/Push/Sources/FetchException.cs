using System.Net;

namespace LoraFaaS.Cli.Push.Sources;

/// <summary>A file could not be fetched; the message is one line that names it and says why.</summary>
/// <param name="status">What the server answered; null where it did not.</param>
internal sealed class FetchException(string message, HttpStatusCode? status = null) : Exception(message)
{
    public HttpStatusCode? Status => status;
}
