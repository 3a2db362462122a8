using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>Norms and rotates each row's query and key heads in place, then writes key and value into the sequence's cache.</summary>
internal sealed unsafe class RotateAndStoreJob(CpuKernels kernels) : RowsJob
{
    private StepPlan? _plan;
    private AttentionShape? _shape;
    private int _layer;
    private nint _queryNorm;
    private nint _keyNorm;
    private Activations _cos;
    private Activations _sin;
    private Activations _qkv;

    public void Prepare(
        StepPlan plan, AttentionShape shape, int layer, nint queryNorm, nint keyNorm, in Activations cos, in Activations sin, in Activations qkv)
    {
        _plan = plan;
        _shape = shape;
        _layer = layer;
        _queryNorm = queryNorm;
        _keyNorm = keyNorm;
        _cos = cos;
        _sin = sin;
        _qkv = qkv;
        Cut(plan.TokenCount, 4 * shape.Columns);
    }

    protected override void RunRows(int first, int end)
    {
        var slice = 0;
        for (var row = first; row < end; row++)
        {
            while (row >= _plan!.Slices[slice].Row + _plan.Slices[slice].Rows)
            {
                slice++;
            }

            ref readonly var of = ref _plan.Slices[slice];
            RunRow(row, of.Kv.PageTable, isLast: row == of.Row + of.Rows - 1);
        }
    }

    private void RunRow(int row, nint pageTable, bool isLast)
    {
        var shape = _shape!;
        var qkv = (float*)_qkv.Address + (long)row * _qkv.Stride;
        var cos = (float*)_cos.Address + (long)row * _cos.Stride;
        var sin = (float*)_sin.Address + (long)row * _sin.Stride;
        Turn(qkv, shape.Heads, _queryNorm, cos, sin);
        Turn(qkv + shape.KeyColumn, shape.KvHeads, _keyNorm, cos, sin);

        var (block, slot) = Math.DivRem(_plan!.Positions[row], KvLayout.BlockTokens);
        for (var head = 0; head < shape.KvHeads; head++)
        {
            StoreKey(qkv + shape.KeyColumn + head * shape.HeadDim, KvChunks.At(shape.Layout, pageTable, block, _layer, false, head), slot);
            StoreValue(qkv + shape.ValueColumn + head * shape.HeadDim, KvChunks.At(shape.Layout, pageTable, block, _layer, true, head), slot, isLast);
        }
    }

    private void Turn(float* heads, int count, nint norm, float* cos, float* sin)
    {
        var size = _shape!.HeadDim;
        for (var head = 0; head < count; head++, heads += size)
        {
            if (norm != 0)
            {
                kernels.Normalize(heads, (float*)norm, size, _shape.NormEpsilon, heads);
            }

            kernels.Rotate(heads, cos, sin, size / 2);
        }
    }

    /// <summary>A token is a row of the key panel: its channels lie a line (or half a line) apart.</summary>
    private void StoreKey(float* key, byte* chunk, int slot)
    {
        var layout = _shape!.Layout;
        for (var channel = 0; channel < layout.HeadDim; channel++)
        {
            if (layout.Dtype is PackedDtype.BF16)
            {
                ((ushort*)chunk)[channel / 2 * 32 + slot * 2 + channel % 2] = BFloat16Bits.Round(key[channel]);
            }
            else
            {
                ((float*)chunk)[channel * PanelLayout.PanelRows + slot] = key[channel];
            }
        }
    }

    /// <summary>
    /// A token is a column of the value panels. An even last token is read beside an odd neighbour of weight 0, which must not be what an
    /// earlier sequence left there (0 × NaN is NaN). Before another row of the step it must be left alone: a second thread may have written it.
    /// </summary>
    private void StoreValue(float* value, byte* chunk, int slot, bool isLast)
    {
        var layout = _shape!.Layout;
        var panelBytes = PanelLayout.PanelBytes(layout.Dtype, KvLayout.BlockTokens);
        var clearsNeighbour = isLast && slot % 2 == 0;
        for (var channel = 0; channel < layout.HeadDim; channel++)
        {
            var panel = chunk + channel / PanelLayout.PanelRows * panelBytes;
            var row = channel % PanelLayout.PanelRows;
            if (layout.Dtype is PackedDtype.F32)
            {
                ((float*)panel)[slot * PanelLayout.PanelRows + row] = value[channel];
                continue;
            }

            var pair = (ushort*)panel + slot / 2 * 32 + row * 2;
            pair[slot % 2] = BFloat16Bits.Round(value[channel]);
            if (clearsNeighbour)
            {
                pair[1] = 0;
            }
        }
    }
}
