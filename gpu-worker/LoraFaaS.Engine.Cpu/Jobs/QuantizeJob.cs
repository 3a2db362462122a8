using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels.Int8;
using LoraFaaS.Engine.Cpu.Memory;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>Quantises the input of a projection with int8 weights, row by row, into memory of its own. Adapters go on reading the input as it is.</summary>
internal sealed unsafe class QuantizeJob(Int8Kernels kernels) : RowsJob, IDisposable
{
    private HostMemory? _memory;
    private Activations _input;

    /// <summary>How the rows lie that <see cref="Row"/> answers.</summary>
    public QuantizedRow Layout { get; private set; }

    public void Prepare(in Activations input, int group)
    {
        Layout = new QuantizedRow(input.Columns, group);
        _input = input;
        Cut(input.Rows, input.Columns);

        // Grows to the largest step and projection seen, and then no more.
        var bytes = (long)input.Rows * Layout.Stride;
        if (_memory is null || _memory.Bytes < bytes)
        {
            _memory?.Dispose();
            _memory = new HostMemory(bytes);
        }
    }

    public sbyte* Row(int row) => (sbyte*)_memory!.Address + (long)row * Layout.Stride;

    public void Dispose() => _memory?.Dispose();

    protected override void RunRows(int first, int end)
    {
        for (var row = first; row < end; row++)
        {
            kernels.Quantize((float*)_input.Address + (long)row * _input.Stride, _input.Type, Layout, Row(row));
        }
    }
}
