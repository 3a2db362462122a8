using LoraFaaS.Engine.Compute;

namespace LoraFaaS.Engine.Models;

/// <summary>Room for the low-rank products of a step. Grows to the widest adapter seen, so that rank-4 adapters do not pay for rank 128.</summary>
internal sealed class AdapterStack(IComputeBackend backend, int tokens) : IDisposable
{
    private DeviceMemory? _memory;

    public Activations Rows { get; private set; }

    public void EnsureColumns(int columns)
    {
        if (columns <= Rows.Columns)
        {
            return;
        }

        _memory?.Dispose();
        var stride = Activations.StrideFor(columns);
        _memory = backend.Allocate((long)tokens * stride * sizeof(float));
        Rows = new Activations(_memory.Address, tokens, columns, stride);
    }

    public void Dispose() => _memory?.Dispose();
}
