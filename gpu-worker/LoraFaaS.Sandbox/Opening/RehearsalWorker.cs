using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>The worker's end of a rehearsal: sends frames with what belongs beside them, and hears the answers.</summary>
internal sealed class RehearsalWorker(RehearsalPieces pieces, DescriptorStream stream, FrameReader<FromSandbox> reader)
{
    public async Task SendAsync(ToSandbox message, CancellationToken enough)
    {
        using var frame = PooledFrame.Encode(message);
        await stream.WriteAsync(frame.Bytes, enough);
    }

    public Task SendAsync(ToSandbox message, RehearsalRole beside, CancellationToken enough) => SendAsync(message, pieces.Of(beside), enough);

    public async Task SendAsync(ToSandbox message, SafeFileHandle beside, CancellationToken enough)
    {
        using var frame = PooledFrame.Encode(message);
        await stream.WriteAsync(frame.Bytes, beside, enough);
    }

    /// <summary>A page that is ours to write to, and to dispose of.</summary>
    public SharedPage TakePage(RehearsalRole role) => SharedPage.Open(pieces.Take(role), MemoryAccess.Read | MemoryAccess.Write);

    /// <summary>Returns when this was said, or nothing more is said.</summary>
    public async Task HearAsync(FromSandbox.KindOneofCase wanted, CancellationToken enough)
    {
        while (await reader.ReadAsync(enough) is { Message: { } message } && message.KindCase != wanted)
        {
        }
    }

    /// <summary>Returns at the end of this sequence; each of its events gives a credit back.</summary>
    public async Task ListenAsync(ulong number, CancellationToken enough)
    {
        while (await reader.ReadAsync(enough) is { Message: { } message })
        {
            if (message.Event?.Event_ is not { } happened)
            {
                continue;
            }

            if (happened.KindCase is GenerateEvent.KindOneofCase.Finished or GenerateEvent.KindOneofCase.Failed)
            {
                return;
            }

            await SendAsync(new ToSandbox { Credit = new Credit { Sequence = number, Credits = 1 } }, enough);
        }
    }
}
