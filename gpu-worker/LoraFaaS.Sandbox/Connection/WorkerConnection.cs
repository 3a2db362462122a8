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

    private readonly DescriptorStream _stream;
    private readonly FrameReader<ToSandbox> _reader;

    public WorkerConnection(DescriptorStream stream)
    {
        _stream = stream;
        _reader = new FrameReader<ToSandbox>(stream, ToSandbox.Parser);
        Writer = new FrameWriter(stream);
    }

    public FrameWriter Writer { get; }

    /// <summary>The socket that this program was started with.</summary>
    public static WorkerConnection Inherited(int descriptor) => new(DescriptorStream.Inherited(descriptor, MaxPendingDescriptors));

    /// <summary>A socket that came as a descriptor.</summary>
    public static WorkerConnection Of(SafeFileHandle socket) => new(DescriptorStream.Of(socket, MaxPendingDescriptors));

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

        return _stream.TryTakeDescriptor(out SafeFileHandle? descriptor)
            ? new WorkerFrame(FrameReadStatus.Message, message, descriptor)
            : new WorkerFrame(FrameReadStatus.Malformed, null, null);
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _stream.DisposeAsync();
    }

    private static bool BringsDescriptor(ToSandbox.KindOneofCase kind) => kind is
        ToSandbox.KindOneofCase.RehearsalPiece or ToSandbox.KindOneofCase.Prepare or ToSandbox.KindOneofCase.Open or ToSandbox.KindOneofCase.LoadAdapter
        or ToSandbox.KindOneofCase.TurnPage or ToSandbox.KindOneofCase.ArrivalPage or ToSandbox.KindOneofCase.RestorePrefix or ToSandbox.KindOneofCase.SavePrefix;

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
