namespace LoraFaaS.Cli.Push.Sources;

/// <summary>Which Hugging Face hub, and as whom. The names are those that the hub's own tools read.</summary>
/// <param name="Endpoint">Its address; a mirror has the same layout.</param>
/// <param name="Token">For repositories that not everybody may read; never sent to another host.</param>
internal sealed record HubSettings(Uri Endpoint, string? Token)
{
    private const string Public = "https://huggingface.co";

    /// <exception cref="UsageException">HF_ENDPOINT is no address.</exception>
    public static HubSettings Read(Func<string, string?> environment)
    {
        var given = environment("HF_ENDPOINT") is { Length: > 0 } text ? text : Public;
        var token = environment("HF_TOKEN");

        return Uri.TryCreate(given.TrimEnd('/') + "/", UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
            ? new HubSettings(endpoint, string.IsNullOrWhiteSpace(token) ? null : token.Trim())
            : throw new UsageException($"HF_ENDPOINT: not an http URL: {given}");
    }
}
