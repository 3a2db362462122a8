using LoraFaaS.Engine.Compute;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>Cosines and sines of a step's positions, once for all layers and heads. Angles are float32 products, as in the reference.</summary>
internal sealed unsafe class RotaryJob : RowsJob
{
    /// <summary>A cosine and a sine cost about as much as this many elements of the other row-wise work.</summary>
    private const int CostPerAngle = 32;

    private StepPlan? _plan;
    private float[] _frequencies = [];
    private float _factor;
    private Activations _cos;
    private Activations _sin;

    public void Prepare(StepPlan plan, float[] frequencies, float factor, in Activations cos, in Activations sin)
    {
        _plan = plan;
        _frequencies = frequencies;
        _factor = factor;
        _cos = cos;
        _sin = sin;
        Cut(plan.TokenCount, CostPerAngle * frequencies.Length);
    }

    protected override void RunRows(int first, int end)
    {
        for (var row = first; row < end; row++)
        {
            var cos = (float*)_cos.Address + (long)row * _cos.Stride;
            var sin = (float*)_sin.Address + (long)row * _sin.Stride;
            for (var i = 0; i < _frequencies.Length; i++)
            {
                var (s, c) = MathF.SinCos(_plan!.Positions[row] * _frequencies[i]);
                cos[i] = c * _factor;
                sin[i] = s * _factor;
            }
        }
    }
}
