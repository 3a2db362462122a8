using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace LoraFaaS.Cli.Tests.Push.Sources;

/// <summary>
/// A hub as its protocol has it: small files are answered at once, large ones by a redirect that states digest, length and commit, to storage on
/// another host, which honours ranges.
/// </summary>
internal sealed class FakeHub : HttpMessageHandler
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private const string Storage = "https://storage.example/";

    public static Uri Endpoint { get; } = new("https://hub.example/");

    public Dictionary<string, byte[]> Small { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, byte[]> Large { get; } = new(StringComparer.Ordinal);

    /// <summary>What the storage sends of each answer before the connection breaks; the last one holds for all after it.</summary>
    public Queue<int> SentBeforeBreaks { get; } = new();

    /// <summary>Stored content is not what the hub states.</summary>
    public bool Damaged { get; set; }

    /// <summary>Where set, nothing is read without it.</summary>
    public string? Token { get; set; }

    /// <summary>Where set, the storage is somewhere else.</summary>
    public string? RedirectTo { get; set; }

    /// <summary>Nobody accepts a connection.</summary>
    public bool IsAway { get; set; }

    public List<(Uri Address, bool HasToken, long? From)> Asked { get; } = [];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        Asked.Add((address, request.Headers.Authorization is not null, request.Headers.Range?.Ranges.First().From));

        if (IsAway)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");
        }

        return Task.FromResult(address.Host == Endpoint.Host ? AnswerHub(request, address) : AnswerStorage(request, address));
    }

    private HttpResponseMessage AnswerHub(HttpRequestMessage request, Uri address)
    {
        var path = address.AbsolutePath.TrimStart('/').Replace($"resolve/{Commit}/", "resolve/main/", StringComparison.Ordinal);

        if (Token is not null && request.Headers.Authorization?.Parameter != Token)
        {
            return new HttpResponseMessage(HttpStatusCode.Unauthorized);
        }

        if (Small.TryGetValue(path, out var small))
        {
            var whole = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(small) };
            whole.Headers.Add("X-Repo-Commit", Commit);
            return whole;
        }

        if (!Large.TryGetValue(path, out var large))
        {
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        }

        var found = new HttpResponseMessage(HttpStatusCode.Found);
        found.Headers.Location = new Uri(RedirectTo ?? Storage + path);
        found.Headers.Add("X-Linked-ETag", $"\"{Convert.ToHexStringLower(SHA256.HashData(large))}\"");
        found.Headers.Add("X-Linked-Size", $"{large.Length}");
        found.Headers.Add("X-Repo-Commit", Commit);
        return found;
    }

    private HttpResponseMessage AnswerStorage(HttpRequestMessage request, Uri address)
    {
        var content = Damaged ? [.. Large[address.AbsolutePath.TrimStart('/')].Reverse()] : Large[address.AbsolutePath.TrimStart('/')];
        var from = (int)(request.Headers.Range?.Ranges.First().From ?? 0);
        var answer = new HttpResponseMessage(from > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK);
        var rest = content[from..];
        answer.Content = SentBeforeBreaks.TryDequeue(out var sent) ? new StreamContent(new BreakingStream(rest, sent)) : new ByteArrayContent(rest);
        answer.Content.Headers.ContentLength = rest.Length;
        answer.Headers.ETag = new EntityTagHeaderValue("\"one\"");

        if (from > 0)
        {
            answer.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, content.Length - 1, content.Length);
        }

        return answer;
    }

    /// <summary>Ends as a connection does that is cut: by an exception after so many bytes.</summary>
    private sealed class BreakingStream(byte[] content, int sent) : MemoryStream(content[..Math.Min(sent, content.Length)])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new HttpIOException(HttpRequestError.ResponseEnded, "cut");
    }
}
