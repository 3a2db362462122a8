using System.Runtime.CompilerServices;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>
/// What happens to the heads of q|k|v rows before attention: norm where the backbone has one, rotation, and for keys and values the way into
/// the sequence's cache. Any run of heads and rows at a time, so that who computed them can go on with them while they are in its cache.
/// </summary>
internal sealed unsafe class HeadWriter(CpuKernels kernels)
{
    /// <summary>Most channels of a head that <see cref="BackboneCheck"/> lets through.</summary>
    private const int MaxChannels = 1024;

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
    }

    /// <summary>Queries are rotated where they are.</summary>
    public void Queries(int head, int endHead, int row, int rows)
    {
        for (var i = row; i < row + rows; i++)
        {
            for (var h = head; h < endHead; h++)
            {
                Turn(At(i, h * _shape!.HeadDim), _queryNorm, i);
            }
        }
    }

    public void Keys(int head, int endHead, int row, int rows)
    {
        var shape = _shape!;
        var slice = SliceOf(row);
        for (var i = row; i < row + rows; i++)
        {
            slice = i < _plan!.Slices[slice].Row + _plan.Slices[slice].Rows ? slice : slice + 1;
            var (block, slot) = Math.DivRem(_plan.Positions[i], KvLayout.BlockTokens);
            for (var h = head; h < endHead; h++)
            {
                var key = At(i, shape.KeyColumn + h * shape.HeadDim);
                Turn(key, _keyNorm, i);
                StoreKey(key, KvChunks.At(shape.Layout, _plan.Slices[slice].Kv.PageTable, block, _layer, isValue: false, h), slot);
            }
        }
    }

    public void Values(int head, int endHead, int row, int rows)
    {
        var shape = _shape!;
        var slice = SliceOf(row);
        for (var i = row; i < row + rows; i++)
        {
            slice = i < _plan!.Slices[slice].Row + _plan.Slices[slice].Rows ? slice : slice + 1;
            var (block, slot) = Math.DivRem(_plan.Positions[i], KvLayout.BlockTokens);
            var isLast = i == _plan.Slices[slice].Row + _plan.Slices[slice].Rows - 1;
            for (var h = head; h < endHead; h++)
            {
                var value = At(i, shape.ValueColumn + h * shape.HeadDim);
                StoreValue(value, KvChunks.At(shape.Layout, _plan.Slices[slice].Kv.PageTable, block, _layer, isValue: true, h), slot, isLast);
            }
        }
    }

    private int SliceOf(int row)
    {
        var slice = 0;
        while (row >= _plan!.Slices[slice].Row + _plan.Slices[slice].Rows)
        {
            slice++;
        }

        return slice;
    }

    private float* At(int row, int column) => (float*)_qkv.Address + (long)row * _qkv.Stride + column;

    private void Turn(float* head, nint norm, int row)
    {
        var size = _shape!.HeadDim;
        if (norm != 0)
        {
            kernels.Normalize(head, (float*)norm, size, _shape.NormEpsilon, head);
        }

        kernels.Rotate(head, (float*)_cos.Address + (long)row * _cos.Stride, (float*)_sin.Address + (long)row * _sin.Stride, size / 2);
    }

    /// <summary>A token is a row of the key panel: its channels lie a line (bf16: two of them in a line) apart.</summary>
    [SkipLocalsInit]
    private void StoreKey(float* key, byte* chunk, int slot)
    {
        var channels = _shape!.HeadDim;
        if (_shape.Layout.Dtype is PackedDtype.F32)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                ((float*)chunk)[channel * PanelLayout.PanelRows + slot] = key[channel];
            }

            return;
        }

        // A pair of channels is one word of the line.
        var pairs = stackalloc uint[MaxChannels / 2];
        kernels.Pack(key, channels, (ushort*)pairs);
        var line = (uint*)chunk + slot;
        for (var pair = 0; pair < channels / 2; pair++, line += PanelLayout.PanelRows)
        {
            *line = pairs[pair];
        }
    }

    /// <summary>
    /// A token is a column of the value panels. An even last token is read beside an odd neighbour of weight 0, which must not be what an
    /// earlier sequence left there (0 × NaN is NaN). Before another row of the step it must be left alone: a second thread may have written it.
    /// </summary>
    [SkipLocalsInit]
    private void StoreValue(float* value, byte* chunk, int slot, bool isLast)
    {
        var layout = _shape!.Layout;
        var panelBytes = PanelLayout.PanelBytes(layout.Dtype, KvLayout.BlockTokens);
        if (layout.Dtype is PackedDtype.F32)
        {
            for (var channel = 0; channel < layout.HeadDim; channel++)
            {
                var panel = (float*)(chunk + channel / PanelLayout.PanelRows * panelBytes);
                panel[slot * PanelLayout.PanelRows + channel % PanelLayout.PanelRows] = value[channel];
            }

            return;
        }

        var packed = stackalloc ushort[MaxChannels];
        kernels.Pack(value, layout.HeadDim, packed);
        var clearsNeighbour = isLast && slot % 2 == 0;
        for (var channel = 0; channel < layout.HeadDim; chunk += panelBytes)
        {
            var line = (ushort*)chunk + slot / 2 * 2 * PanelLayout.PanelRows + slot % 2;
            for (var end = Math.Min(channel + PanelLayout.PanelRows, layout.HeadDim); channel < end; channel++, line += 2)
            {
                *line = packed[channel];
                if (clearsNeighbour)
                {
                    line[1] = 0;
                }
            }
        }
    }
}
