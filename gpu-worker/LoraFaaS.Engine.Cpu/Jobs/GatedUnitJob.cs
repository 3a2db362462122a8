using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>silu(gate) × up, row by row.</summary>
internal sealed unsafe class GatedUnitJob(CpuKernels kernels) : RowsJob
{
    private Activations _gateUp;
    private Activations _output;
    private int _upColumn;

    public void Prepare(in Activations gateUp, int upColumn, in Activations output)
    {
        _gateUp = gateUp;
        _upColumn = upColumn;
        _output = output;
        Cut(gateUp.Rows, 4 * upColumn);
    }

    protected override void RunRows(int first, int end)
    {
        for (var row = first; row < end; row++)
        {
            var gate = (float*)_gateUp.Address + (long)row * _gateUp.Stride;
            var output = (float*)_output.Address + (long)row * _output.Stride;
            kernels.GatedUnit(gate, gate + _upColumn, _output.Columns, output);
            if (_output.Type is ActivationType.BF16)
            {
                kernels.Pack(output, _output.Columns, (ushort*)output);
            }
        }
    }
}
