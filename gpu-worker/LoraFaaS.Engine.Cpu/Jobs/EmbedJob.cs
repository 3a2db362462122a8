using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>Looks tokens up. A tied table lies in panels for the head, so its rows are gathered a pair of columns at a time.</summary>
internal sealed unsafe class EmbedJob : RowsJob
{
    private PackedMatrix _table;
    private StepPlan? _plan;
    private Activations _output;

    public void Prepare(in PackedMatrix table, StepPlan plan, in Activations output)
    {
        _table = table;
        _plan = plan;
        _output = output;
        Cut(plan.TokenCount, table.Columns * 4);
    }

    protected override void RunRows(int first, int end)
    {
        for (var row = first; row < end; row++)
        {
            var output = (float*)_output.Address + (long)row * _output.Stride;
            if (_table.Layout is TensorLayout.Rows)
            {
                ReadRow(_plan!.Tokens[row], output);
            }
            else
            {
                GatherRow(_plan!.Tokens[row], output);
            }
        }
    }

    private void ReadRow(int token, float* output)
    {
        var start = (long)token * _table.Columns;
        if (_table.Dtype is PackedDtype.F32)
        {
            new Span<float>((float*)_table.Address + start, _table.Columns).CopyTo(new Span<float>(output, _table.Columns));
            return;
        }

        var bits = (ushort*)_table.Address + start;
        for (var column = 0; column < _table.Columns; column++)
        {
            output[column] = BFloat16Bits.Widen(bits[column]);
        }
    }

    private void GatherRow(int token, float* output)
    {
        if (_table.Dtype is PackedDtype.I8)
        {
            GatherLevels(token, output);
            return;
        }

        var line = (byte*)_table.Address + PanelLayout.OffsetOf(_table.Dtype, _table.Columns, token, 0);
        if (_table.Dtype is PackedDtype.F32)
        {
            for (var column = 0; column < _table.Columns; column++)
            {
                output[column] = *(float*)line;
                line += PanelLayout.LineBytes;
            }

            return;
        }

        for (var column = 0; column < _table.Columns; column += 2)
        {
            output[column] = BFloat16Bits.Widen(((ushort*)line)[0]);
            output[column + 1] = BFloat16Bits.Widen(((ushort*)line)[1]);
            line += PanelLayout.LineBytes;
        }
    }

    private void GatherLevels(int token, float* output)
    {
        var table = (byte*)_table.Address;
        for (var first = 0; first < _table.Columns; first += _table.Group)
        {
            var scale = *(float*)(table + GroupLayout.ScaleAt(_table.Columns, _table.Group, token, first));
            var levels = table + GroupLayout.LevelAt(_table.Columns, _table.Group, token, first);
            for (var column = 0; column < Math.Min(_table.Group, _table.Columns - first); column++)
            {
                var (line, place) = Math.DivRem(column, GroupLayout.ColumnsPerLine);
                output[first + column] = scale * (levels[line * PanelLayout.LineBytes + place] - GroupLayout.ZeroByte);
            }
        }
    }
}
