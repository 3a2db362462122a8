using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>The norm of each row, after the layer's contribution is added to the residual where there is one.</summary>
internal sealed unsafe class NormalizeJob(CpuKernels kernels) : RowsJob
{
    private Activations _residual;
    private Activations? _delta;
    private Activations _output;
    private nint _weight;
    private float _epsilon;

    public void Prepare(in Activations residual, in Activations? delta, nint weight, float epsilon, in Activations output)
    {
        _residual = residual;
        _delta = delta;
        _weight = weight;
        _epsilon = epsilon;
        _output = output;
        Cut(residual.Rows, residual.Columns);
    }

    protected override void RunRows(int first, int end)
    {
        for (var row = first; row < end; row++)
        {
            var residual = (float*)_residual.Address + (long)row * _residual.Stride;
            if (_delta is { } delta)
            {
                kernels.Add(residual, (float*)delta.Address + (long)row * delta.Stride, _residual.Columns);
            }

            var output = (float*)_output.Address + (long)row * _output.Stride;
            kernels.Normalize(residual, (float*)_weight, _residual.Columns, _epsilon, output);
            if (_output.Type is ActivationType.BF16)
            {
                kernels.Pack(output, _residual.Columns, (ushort*)output);
            }
        }
    }
}
