namespace LoraFaaS.Checkpoints.Safetensors;

/// <summary>
/// Named tensors, wherever their bytes lie. Reads copy into the caller's memory and may run on many threads at once:
/// a file cut short under a running reader is then an <see cref="IOException"/>, where a mapping would end the process with SIGBUS.
/// </summary>
public abstract class TensorStore : IDisposable
{
    public abstract IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    public TensorInfo? Find(string name) => Tensors.GetValueOrDefault(name);

    /// <summary>Copies <c>destination.Length</c> bytes of the tensor's data, from <paramref name="offset"/> bytes into it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the tensor.</exception>
    public void Read(TensorInfo tensor, long offset, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, tensor.ByteCount - destination.Length);

        if (!destination.IsEmpty)
        {
            ReadCore(tensor, offset, destination);
        }
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void ReadCore(TensorInfo tensor, long offset, Span<byte> destination);

    protected virtual void Dispose(bool disposing)
    {
    }
}
