using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Connection;

/// <summary>The socket to the worker: frames both ways, descriptors inwards. One reader (the pipeline) and one writer (the outbox).</summary>
internal sealed class WorkerConnection : IAsyncDisposable
{
    /// <summary>Descriptors that may lie between socket and parser: one belongs to each frame, and few frames fit a read.</summary>
    private const int MaxPendingDescriptors = 16;

    private readonly Stream _incoming;
    private readonly Stream _outgoing;
    private readonly FrameReader<ToSandbox> _reader;

    public WorkerConnection(DescriptorStream stream)
        : this(stream, stream)
    {
    }

    /// <summary>Over any pair of streams; descriptors come only where a socket brings them.</summary>
    public WorkerConnection(Stream incoming, Stream outgoing)
    {
        (_incoming, _outgoing) = (incoming, outgoing);
        _reader = new FrameReader<ToSandbox>(incoming, ToSandbox.Parser);
        Writer = new FrameWriter(outgoing);
    }

    public FrameWriter Writer { get; }

    /// <summary>The socket that this program was started with.</summary>
    public static WorkerConnection Inherited(int descriptor) => new(DescriptorStream.Inherited(descriptor, MaxPendingDescriptors));

    /// <summary>A frame that must carry a descriptor and does not is malformed.</summary>
    public async ValueTask<WorkerFrame> ReadAsync(CancellationToken cancellationToken)
    {
        var (status, message) = await ReadMessageAsync(cancellationToken);

        if (message is null)
        {
            return new WorkerFrame(status, null, null);
        }

        if (message.KindCase is ToSandbox.KindOneofCase.None)
        {
            return new WorkerFrame(FrameReadStatus.Malformed, null, null);
        }

        if (!BringsDescriptor(message.KindCase))
        {
            return new WorkerFrame(FrameReadStatus.Message, message, null);
        }

        return _incoming is DescriptorStream socket && socket.TryTakeDescriptor(out SafeFileHandle? descriptor)
            ? new WorkerFrame(FrameReadStatus.Message, message, descriptor)
            : new WorkerFrame(FrameReadStatus.Malformed, null, null);
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _incoming.DisposeAsync();
        await _outgoing.DisposeAsync();
    }

    private static bool BringsDescriptor(ToSandbox.KindOneofCase kind) => kind is
        ToSandbox.KindOneofCase.Prepare or ToSandbox.KindOneofCase.Open or ToSandbox.KindOneofCase.LoadAdapter or ToSandbox.KindOneofCase.TurnPage
        or ToSandbox.KindOneofCase.RestorePrefix or ToSandbox.KindOneofCase.SavePrefix;

    private async ValueTask<FrameRead<ToSandbox>> ReadMessageAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            // Descriptors nobody asked for.
            return new FrameRead<ToSandbox>(FrameReadStatus.Malformed, null);
        }
        catch (IOException)
        {
            return new FrameRead<ToSandbox>(FrameReadStatus.Torn, null);
        }
    }
}
