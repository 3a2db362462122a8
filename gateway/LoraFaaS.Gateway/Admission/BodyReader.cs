using System.Buffers;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Units;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Admission;

/// <summary>Reads an invocation's body whole: the prompt must survive a second placement, so it is kept until the end.</summary>
internal sealed class BodyReader(IOptions<GatewayOptions> options)
{
    /// <summary>From here on reading what a body says takes so long that other sockets are not to wait for it: it goes on in the thread pool (<see cref="InlineSockets"/>).</summary>
    private const int LongBytes = 64 << 10;

    private readonly ByteSize _limit = new(options.Value.MaxBodyBytes);

    public ValueTask<BodyRead> ReadAsync(HttpContext context, CancellationToken cancellationToken) => ReadAsync(context, _limit, cancellationToken);

    /// <summary>With a limit of its own, where the body is to be stored.</summary>
    public static async ValueTask<BodyRead> ReadAsync(HttpContext context, ByteSize limit, CancellationToken cancellationToken)
    {
        var request = context.Request;

        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return new BodyRead.Refused(new Problem(ErrorCode.InvalidRequest, $"content encoding '{encoding}' is not supported", "Content-Encoding"));
        }

        if (request.ContentLength > limit.Bytes)
        {
            return TooLarge(limit);
        }

        // Kestrel counts chunked bodies for us and answers with the same exception as for a declared length.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit.Bytes;
        }

        try
        {
            return new BodyRead.Complete(await ReadToEndAsync(request, cancellationToken));
        }
        catch (BadHttpRequestException exception)
        {
            return exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? TooLarge(limit)
                : new BodyRead.Refused(new Problem(ErrorCode.InvalidRequest, exception.Message));
        }
        catch (IOException exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            // A chunk whose size is no number that fits: Kestrel has no exception of its own for it.
            return new BodyRead.Refused(new Problem(ErrorCode.InvalidRequest, $"the request body cannot be read: {exception.Message}"));
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadToEndAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var reader = request.BodyReader;

        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);

            if (!result.IsCompleted)
            {
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            var bytes = result.Buffer.ToArray();
            reader.AdvanceTo(result.Buffer.End);

            if (bytes.Length > LongBytes)
            {
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }

            return bytes;
        }
    }

    private static BodyRead.Refused TooLarge(ByteSize limit) =>
        new(new Problem(ErrorCode.BodyTooLarge, $"the request body is over the limit of {limit}"));
}
