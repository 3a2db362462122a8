namespace LoraFaaS.Engine.Compute;

/// <summary>Bytes on a device, freed on disposal. The address means something to the backend that gave it, and to the host only where that says so.</summary>
public abstract class DeviceMemory : IDisposable
{
    public abstract nint Address { get; }

    public abstract long Bytes { get; }

    public abstract void Clear(long offset, long bytes);

    public abstract void Write(long offset, ReadOnlySpan<byte> source);

    public abstract void Read(long offset, Span<byte> destination);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
