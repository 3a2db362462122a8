using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace LoraFaaS.Cli.Push.Sources;

/// <summary>
/// Fetches one file over HTTP into a file: goes on where a broken connection left off if the server's copy is provably the same, bounded in bytes and
/// in silence, and compared with the digest that a hub states for large files.
/// </summary>
/// <param name="handler">Follows no redirects: what is said on the way (digest, commit) would be lost, and a token would travel with them.</param>
/// <param name="time">For silence and for pauses between tries.</param>
internal sealed class FileFetcher(HttpMessageHandler handler, TimeProvider time) : IDisposable
{
    /// <summary>In a row without a single byte; each that brings some begins the count anew.</summary>
    private const int MaxTries = 5;

    /// <summary>Where nobody has answered at all the address is wrong or its server is away: one more look, and not a quarter of a minute of them.</summary>
    private const int MaxTriesUnheard = 2;

    private const int MaxRedirects = 8;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    // Its own limit is over a whole answer, of which a large file needs minutes.
    private readonly HttpClient _http = new(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    /// <param name="address">Where it lies.</param>
    /// <param name="token">For the host of <paramref name="address"/> alone.</param>
    /// <param name="path">Where it is written; not there yet.</param>
    /// <param name="maxBytes">More is refused, before they are read where the server says how many there are.</param>
    /// <param name="arrived">Told of each piece how many bytes it has.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FetchException">It is not there, may not be read, is too large, is not what the server says it is, or does not come.</exception>
    public async Task<FetchedFile> FetchAsync(Uri address, string? token, string path, long maxBytes, Action<int> arrived, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite);
        EntityTagHeaderValue? version = null;
        var (furthest, failures, isHeard) = (0L, 0, false);

        while (true)
        {
            string trouble;
            TimeSpan? asked = null;

            try
            {
                var (response, stated) = await AskAsync(address, token, file.Length, version, cancellationToken);
                using var answer = response;
                isHeard = true;

                if (answer.IsSuccessStatusCode)
                {
                    // Anything but the rest of what is here already begins again.
                    file.SetLength(answer.StatusCode is HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From == file.Length ? file.Length : 0);
                    version = answer.Headers.ETag is { IsWeak: false } tag ? tag : null;
                    await CopyAsync(answer, address, file, maxBytes, arrived, cancellationToken);
                    await CheckAsync(stated, address, file, cancellationToken);
                    return new FetchedFile(file.Length, stated.Commit);
                }

                if (!MayPass(answer.StatusCode))
                {
                    throw new FetchException($"{Named(address)}: {(int)answer.StatusCode} {answer.ReasonPhrase}", answer.StatusCode);
                }

                (trouble, asked, version) = ($"{(int)answer.StatusCode} {answer.ReasonPhrase}", answer.Headers.RetryAfter?.Delta, null);
            }
            catch (Exception e) when (e is HttpRequestException or HttpIOException)
            {
                trouble = e.Message;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                trouble = $"nothing came for {Silence.TotalSeconds:0} s";
            }

            (furthest, failures) = file.Length > furthest ? (file.Length, 1) : (furthest, failures + 1);

            if (failures >= (isHeard ? MaxTries : MaxTriesUnheard))
            {
                throw new FetchException($"{Named(address)}: {trouble} ({failures} tries)");
            }

            var pause = asked ?? TimeSpan.FromSeconds(1 << (failures - 1));
            await Task.Delay(pause > LongestPause ? LongestPause : pause, time, cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The first answer that is no redirect, and what was stated on the way to it.</summary>
    private async Task<(HttpResponseMessage Answer, StatedFile Stated)> AskAsync(
        Uri address, string? token, long have, EntityTagHeaderValue? version, CancellationToken cancellationToken)
    {
        var (at, stated) = (address, StatedFile.Unknown);

        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, at);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("lorafaas", null));

            if (token is not null && at.Authority == address.Authority && at.Scheme == address.Scheme)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            if (have > 0 && version is not null)
            {
                request.Headers.Range = new RangeHeaderValue(have, null);
                request.Headers.IfRange = new RangeConditionHeaderValue(version);
            }

            using var limit = new CancellationTokenSource(Silence, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            stated = stated.With(answer.Headers);

            if (!IsRedirect(answer.StatusCode) || answer.Headers.Location is not { } location)
            {
                return (answer, stated);
            }

            answer.Dispose();
            var next = new Uri(at, location);

            at = next.Scheme is "https" || (next.Scheme is "http" && at.Scheme is "http")
                ? next
                : throw new FetchException($"{Named(address)} leads to {next.GetLeftPart(UriPartial.Authority)}, which is not https");
        }

        throw new FetchException($"{Named(address)}: more than {MaxRedirects} redirects");
    }

    private async Task CopyAsync(HttpResponseMessage answer, Uri address, FileStream file, long maxBytes, Action<int> arrived, CancellationToken cancellationToken)
    {
        if (file.Length + (answer.Content.Headers.ContentLength ?? 0) > maxBytes)
        {
            throw new FetchException($"{Named(address)} has {file.Length + answer.Content.Headers.ContentLength} bytes; an adapter's file may have {maxBytes}");
        }

        file.Position = file.Length;
        await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[1 << 16];
        using var limit = new CancellationTokenSource(Silence, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);

        while (await content.ReadAsync(buffer, linked.Token) is > 0 and var read)
        {
            if (file.Length + read > maxBytes)
            {
                throw new FetchException($"{Named(address)} is larger than an adapter's file may be ({maxBytes} bytes)");
            }

            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            arrived(read);
            limit.CancelAfter(Silence);
        }

        await file.FlushAsync(cancellationToken);
    }

    private static async Task CheckAsync(StatedFile stated, Uri address, FileStream file, CancellationToken cancellationToken)
    {
        if (stated.Bytes is { } bytes && bytes != file.Length)
        {
            throw new FetchException($"{Named(address)}: {file.Length} bytes came where the hub says {bytes}");
        }

        if (stated.Sha256 is not { } digest)
        {
            return;
        }

        file.Position = 0;

        if (!digest.Equals(Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)), StringComparison.OrdinalIgnoreCase))
        {
            throw new FetchException($"{Named(address)}: what came has not the SHA-256 that the hub states ({digest})");
        }
    }

    /// <summary>As it may be written down: a signature in the query or a password before the host is not for logs.</summary>
    internal static string Named(Uri address) => $"{address.Scheme}://{address.Authority}{address.AbsolutePath}";

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static bool MayPass(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestedRangeNotSatisfiable || (int)status >= 500;
}
