using System.Buffers;
using System.IO.Pipelines;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Units;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// Reads an invocation's body whole: the prompt must survive a second placement, so it is kept until the end. The server cuts off who sends next to nothing; who sends just enough not to be would
/// hold a place for as long as the largest body lasts, so the whole has a time, too.
/// </summary>
internal sealed class BodyReader(IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>From here on reading what a body says takes so long that other sockets are not to wait for it: it goes on in the thread pool (<see cref="InlineSockets"/>).</summary>
    private const int LongBytes = 64 << 10;

    private readonly ByteSize _limit = new(options.Value.MaxBodyBytes);

    /// <summary>Longest a body may take to be here.</summary>
    public TimeSpan Patience { get; } = options.Value.DefaultTimeout;

    public ValueTask<BodyRead> ReadAsync(HttpContext context, CancellationToken cancellationToken) => ReadAsync(context, _limit, cancellationToken);

    /// <summary>With a limit of its own, where the body is to be stored.</summary>
    public async ValueTask<BodyRead> ReadAsync(HttpContext context, ByteSize limit, CancellationToken cancellationToken)
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
            // Most are here with their head.
            if (request.BodyReader.TryRead(out var here))
            {
                if (here.IsCompleted)
                {
                    return new BodyRead.Complete(await TakeAsync(request.BodyReader, here));
                }

                request.BodyReader.AdvanceTo(here.Buffer.Start, here.Buffer.End);
            }

            return await ReadToEndAsync(request, cancellationToken);
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

    public Problem TooSlow() => new(ErrorCode.InvalidRequest, $"the request body was not here within {Patience.TotalSeconds:0.#} s");

    private async ValueTask<BodyRead> ReadToEndAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var reader = request.BodyReader;
        using var patience = new CancellationTokenSource(Patience, time);

        // Not by the token of the read: what that breaks off the server cannot go on with, and says so as an error of its own.
        await using var late = patience.Token.UnsafeRegister(static state => ((PipeReader)state!).CancelPendingRead(), reader);

        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);

            if (result.IsCompleted)
            {
                return new BodyRead.Complete(await TakeAsync(reader, result));
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);

            if (result.IsCanceled)
            {
                return new BodyRead.Refused(TooSlow());
            }
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>> TakeAsync(PipeReader reader, ReadResult whole)
    {
        var bytes = whole.Buffer.ToArray();
        reader.AdvanceTo(whole.Buffer.End);

        if (bytes.Length > LongBytes)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        return bytes;
    }

    private static BodyRead.Refused TooLarge(ByteSize limit) =>
        new(new Problem(ErrorCode.BodyTooLarge, $"the request body is over the limit of {limit}"));
}
