using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using LoraFaaS.Contracts.Identity;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// <c>GET {artifacts_url}/{digest}</c> at the controller that welcomed us. Nothing it sends is believed: neither its length nor its content.
/// </summary>
internal sealed class HttpArtifactRemote(HttpClient client, IArtifactLocation location, TimeProvider time) : IArtifactRemote
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>A store that sends nothing for this long is taken for lost; a large artifact on a slow line is not.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(20);

    public async Task<ArtifactDownload> DownloadAsync(Digest digest, long maxBytes, SafeFileHandle file, CancellationToken cancellationToken)
    {
        if (location.ArtifactsUrl is not { } root)
        {
            return new ArtifactDownload.Unavailable("No controller has told this worker where artifacts are.");
        }

        using var stall = new CancellationTokenSource(StallLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stall.Token);

        try
        {
            using var response = await client.GetAsync($"{root.TrimEnd('/')}/{digest}", HttpCompletionOption.ResponseHeadersRead, linked.Token);

            if (response.StatusCode is HttpStatusCode.NotFound)
            {
                return new ArtifactDownload.NotFound();
            }

            if (!response.IsSuccessStatusCode)
            {
                return new ArtifactDownload.Unavailable($"The artifact store answered {(int)response.StatusCode}.");
            }

            if (response.Content.Headers.ContentLength > maxBytes)
            {
                return new ArtifactDownload.TooLarge(maxBytes);
            }

            await using var body = await response.Content.ReadAsStreamAsync(linked.Token);
            return await CopyAsync(body, digest, maxBytes, file, stall, linked.Token);
        }
        catch (HttpRequestException failure)
        {
            return new ArtifactDownload.Unavailable($"The artifact store at {root} cannot be reached: {failure.Message}");
        }
        catch (IOException failure)
        {
            return new ArtifactDownload.Unavailable($"The artifact store broke off: {failure.Message}");
        }
        catch (OperationCanceledException) when (stall.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new ArtifactDownload.Unavailable($"The artifact store sent nothing for {StallLimit.TotalSeconds:0} s.");
        }
    }

    private static async Task<ArtifactDownload> CopyAsync(
        Stream body, Digest digest, long maxBytes, SafeFileHandle file, CancellationTokenSource stall, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        long written = 0;

        try
        {
            while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                stall.CancelAfter(StallLimit);

                if (written + read > maxBytes)
                {
                    return new ArtifactDownload.TooLarge(maxBytes);
                }

                hash.AppendData(buffer, 0, read);
                await RandomAccess.WriteAsync(file, buffer.AsMemory(0, read), written, cancellationToken);
                written += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var actual = Digest.FromHash(hash.GetHashAndReset());

        if (actual != digest)
        {
            return new ArtifactDownload.WrongDigest(actual.Value);
        }

        // Before the rename that makes it visible: after a power cut a name must not stand for bytes that never reached the disk.
        RandomAccess.FlushToDisk(file);
        return new ArtifactDownload.Complete(written);
    }
}
