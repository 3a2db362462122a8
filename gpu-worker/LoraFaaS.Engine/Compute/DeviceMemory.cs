namespace LoraFaaS.Engine.Compute;

/// <summary>Bytes on a device, freed on disposal. The address means something to the backend that gave it, and to the host only where that says so.</summary>
public abstract class DeviceMemory : IDisposable
{
    public abstract nint Address { get; }

    public abstract long Bytes { get; }

    /// <summary>Whoever computes on it can compute on the process's own memory as well, at its address.</summary>
    public virtual bool IsHost => false;

    public abstract void Clear(long offset, long bytes);

    public abstract void Write(long offset, ReadOnlySpan<byte> source);

    public abstract void Read(long offset, Span<byte> destination);

    /// <summary>Copies between two ranges that do not overlap.</summary>
    public virtual void Copy(long from, long to, int bytes)
    {
        var content = new byte[bytes];
        Read(from, content);
        Write(to, content);
    }

    /// <summary>Zeroes a range and gives what holds it back to the system where the backend can.</summary>
    public virtual void Discard(long offset, long bytes) => Clear(offset, bytes);

    /// <summary>It is filled from its beginning on, and densely: the backend may hold it in larger pieces, in steps of as much.</summary>
    public virtual void ExpectDense()
    {
    }

    /// <summary>The range is written to soon: what holds it may be had from the system now. Changes nothing that can be read.</summary>
    public virtual void Touch(long offset, long bytes)
    {
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
