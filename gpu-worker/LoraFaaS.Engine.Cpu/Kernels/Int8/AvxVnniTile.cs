using Iced.Intel;
using LoraFaaS.Engine.Cpu.Assembling;
using LoraFaaS.Engine.Weights;
using static Iced.Intel.AssemblerRegisters;

namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>
/// Some panels by some tokens of an <see cref="Int8Product"/> on 256-bit registers, called as <c>void(Int8Product*)</c>; the arguments' panels and
/// tokens are not looked at. A line of weights is two registers. There are sixteen, so three outputs are the most: two registers of whole numbers
/// and two of float32 sums each.
/// </summary>
/// <param name="IsVex">
/// The encoding that processors with AVX-VNNI have. False: AVX-512's for the same registers, which lets a processor that lacks AVX-VNNI run this code.
/// </param>
internal sealed record AvxVnniTile(int Panels, int Tokens, bool IsVex) : IKernelForm
{
    public const int MaxOutputs = 3;

    private const int Halves = 2;
    private const int HalfLine = 32;

    /// <summary>Lines a turn of the inner loop; every group is a multiple.</summary>
    private const int Unroll = 4;

    // The registers: rdi arguments, rax weights, rdx panel stride, rsi and r10 one and two input strides, r11 levels and r9 factors of the first
    // token, ecx groups left, r8d lines left. All of them belong to the called.
    public string Name => $"Int8 256-bit {Panels}x{Tokens} {(IsVex ? "vex" : "evex")}";

    private int Outputs => Panels * Tokens;

    public void Write(Assembler assembler)
    {
        var a = assembler;
        a.PreferVex = true;
        var group = a.CreateLabel();
        var lines = a.CreateLabel();
        WriteProlog(a);

        a.Label(ref group);
        ForEachOutput((token, panel, half) => a.vpbroadcastd(Whole(token, panel, half), Factor(token, sizeof(float))));
        a.mov(r8d, __dword_ptr[rdi + Int8Product.GroupLinesAt]);
        a.Label(ref lines);
        for (var line = 0; line < Unroll; line++)
        {
            WriteLine(a, line);
        }

        a.add(rax, Unroll * PanelLayout.LineBytes);
        a.add(r11, Unroll * GroupLayout.ColumnsPerLine);
        a.sub(r8d, Unroll);
        a.jg(lines);

        WriteScaling(a);
        a.add(rax, GroupLayout.ScaleBytes);
        a.add(r9, 2 * sizeof(float));
        a.dec(ecx);
        a.jg(group);

        WriteEpilog(a);
    }

    private void WriteProlog(Assembler a)
    {
        a.mov(rax, __qword_ptr[rdi + Int8Product.WeightsAt]);
        a.mov(rdx, __qword_ptr[rdi + Int8Product.PanelStrideAt]);
        a.mov(rsi, __qword_ptr[rdi + Int8Product.InputStrideAt]);
        a.lea(r10, __[rsi + rsi]);
        a.mov(r11, __qword_ptr[rdi + Int8Product.InputAt]);
        a.mov(r9, __qword_ptr[rdi + Int8Product.FactorsAt]);
        a.mov(ecx, __dword_ptr[rdi + Int8Product.GroupsAt]);
        ForEachOutput((token, panel, half) => a.vxorps(Sum(token, panel, half), Sum(token, panel, half), Sum(token, panel, half)));
    }

    private void WriteLine(Assembler a, int line)
    {
        for (var panel = 0; panel < Panels; panel++)
        {
            for (var half = 0; half < Halves; half++)
            {
                a.vmovdqu(Weights(panel, half), Weight(panel, line * PanelLayout.LineBytes + half * HalfLine));
            }
        }

        for (var token = 0; token < Tokens; token++)
        {
            a.vpbroadcastd(Levels, __dword_ptr[Row(r11, token) + line * GroupLayout.ColumnsPerLine]);
            for (var panel = 0; panel < Panels; panel++)
            {
                for (var half = 0; half < Halves; half++)
                {
                    a.PreferVex = IsVex;
                    a.vpdpbusd(Whole(token, panel, half), Weights(panel, half), Levels);
                    a.PreferVex = true;
                }
            }
        }
    }

    private void WriteScaling(Assembler a)
    {
        for (var panel = 0; panel < Panels; panel++)
        {
            for (var half = 0; half < Halves; half++)
            {
                a.vmovups(Weights(panel, half), Weight(panel, half * HalfLine));
            }
        }

        for (var token = 0; token < Tokens; token++)
        {
            a.vbroadcastss(Levels, Factor(token, 0));
            for (var panel = 0; panel < Panels; panel++)
            {
                for (var half = 0; half < Halves; half++)
                {
                    var whole = Whole(token, panel, half);
                    a.vcvtdq2ps(whole, whole);
                    a.vmulps(whole, whole, Levels);
                    a.vfmadd231ps(Sum(token, panel, half), whole, Weights(panel, half));
                }
            }
        }
    }

    private void WriteEpilog(Assembler a)
    {
        a.mov(rax, __qword_ptr[rdi + Int8Product.OutputAt]);
        a.mov(rcx, __qword_ptr[rdi + Int8Product.OutputStrideAt]);
        for (var token = 0; token < Tokens; token++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                for (var half = 0; half < Halves; half++)
                {
                    a.vmovups(__ymmword_ptr[rax + (panel * PanelLayout.PanelRows * sizeof(float) + half * HalfLine)], Sum(token, panel, half));
                }
            }

            a.lea(rax, __[rax + rcx * sizeof(float)]);
        }

        a.vzeroupper();
        a.ret();
    }

    private void ForEachOutput(Action<int, int, int> write)
    {
        for (var token = 0; token < Tokens; token++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                for (var half = 0; half < Halves; half++)
                {
                    write(token, panel, half);
                }
            }
        }
    }

    private static AssemblerMemoryOperand Weight(int panel, int offset) => panel switch
    {
        0 => __ymmword_ptr[rax + offset],
        1 => __ymmword_ptr[rax + rdx + offset],
        _ => __ymmword_ptr[rax + rdx * 2 + offset],
    };

    private static AssemblerMemoryOperand Factor(int token, int offset) => __dword_ptr[Row(r9, token) + offset];

    private static AssemblerMemoryOperand Row(AssemblerRegister64 first, int token) => token switch
    {
        0 => first + 0,
        1 => first + rsi,
        _ => first + r10,
    };

    private AssemblerRegisterYMM Whole(int token, int panel, int half) => Ymm((token * Panels + panel) * Halves + half);

    private AssemblerRegisterYMM Sum(int token, int panel, int half) => Ymm((Outputs + token * Panels + panel) * Halves + half);

    /// <summary>One panel's stay above the outputs; with more panels there is one token and room for them.</summary>
    private AssemblerRegisterYMM Weights(int panel, int half) => Ymm((2 * Outputs + panel) * Halves + half);

    private static AssemblerRegisterYMM Levels => Ymm(15);

    private static AssemblerRegisterYMM Ymm(int number) => new(Register.YMM0 + number);
}
