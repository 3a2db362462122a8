using System.Globalization;
using System.Net.Http.Headers;

namespace LoraFaaS.Cli.Push.Sources;

/// <summary>What a hub says of a file before it sends the reader on to where its bytes lie. Every part is null where it says nothing.</summary>
/// <param name="Sha256">Of large files, in hex.</param>
/// <param name="Bytes">Their length.</param>
/// <param name="Commit">The version of the repository.</param>
internal sealed record StatedFile(string? Sha256, long? Bytes, string? Commit)
{
    private const int Sha256Digits = 64;

    public static readonly StatedFile Unknown = new(null, null, null);

    /// <summary>The first to say something is believed: those after it are storage.</summary>
    public StatedFile With(HttpResponseHeaders headers) => new(
        Sha256 ?? (One(headers, "X-Linked-ETag")?.Trim('"') is { Length: Sha256Digits } digest && digest.All(char.IsAsciiHexDigit) ? digest : null),
        Bytes ?? (long.TryParse(One(headers, "X-Linked-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null),
        Commit ?? One(headers, "X-Repo-Commit"));

    private static string? One(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
