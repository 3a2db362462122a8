using LoraFaaS.Engine.Compute;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>Copies the rows whose logits are wanted next to each other.</summary>
internal sealed unsafe class GatherJob : RowsJob
{
    private StepPlan? _plan;
    private Activations _input;
    private Activations _output;

    public void Prepare(StepPlan plan, in Activations input, in Activations output)
    {
        _plan = plan;
        _input = input;
        _output = output;
        Cut(plan.WantedCount, input.Columns);
    }

    protected override void RunRows(int first, int end)
    {
        for (var row = first; row < end; row++)
        {
            var from = new Span<byte>((float*)_input.Address + (long)_plan!.Wanted[row] * _input.Stride, _input.RowBytes);
            from.CopyTo(new Span<byte>((float*)_output.Address + (long)row * _output.Stride, _input.RowBytes));
        }
    }
}
