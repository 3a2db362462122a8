using Iced.Intel;
using LoraFaaS.Engine.Cpu.Assembling;
using LoraFaaS.Engine.Weights;
using static Iced.Intel.AssemblerRegisters;

namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>
/// Some panels by some tokens of an <see cref="Int8Product"/>, called as <c>void(Int8Product*)</c>; the arguments' panels and tokens are not looked at.
/// For each group whole numbers are summed in one register an output, then added scaled to the output's float32 sum in another.
/// </summary>
internal sealed record VnniTile(int Panels, int Tokens) : IKernelForm
{
    /// <summary>Lines a turn of the inner loop; every group is a multiple.</summary>
    private const int Unroll = 4;

    /// <summary>Tokens that one base register reaches: 0 to 3 strides away.</summary>
    private const int TokensPerBase = 4;

    private static readonly AssemblerRegister64[] Saved = [rbx, rbp, r12, r13, r14, r15];
    private static readonly AssemblerRegister64[] InputBases = [r11, rbx, rbp];
    private static readonly AssemblerRegister64[] FactorBases = [r12, r13, r14];

    // The other registers: rdi arguments, rax weights, rdx and r9 one and three panel strides, rsi and r10 one and three input strides,
    // ecx groups left, r8d lines left.
    public string Name => $"Int8 {Panels}x{Tokens}";

    private int BasesUsed => (Tokens + TokensPerBase - 1) / TokensPerBase;

    private int Outputs => Panels * Tokens;

    public void Write(Assembler assembler)
    {
        var a = assembler;
        var group = a.CreateLabel();
        var lines = a.CreateLabel();
        WriteProlog(a);

        a.Label(ref group);
        ForEachOutput((token, panel) => a.vpbroadcastd(Whole(token, panel), Factor(token, sizeof(float))));
        a.mov(r8d, __dword_ptr[rdi + Int8Product.GroupLinesAt]);
        a.Label(ref lines);
        for (var line = 0; line < Unroll; line++)
        {
            WriteLine(a, line);
        }

        a.add(rax, Unroll * PanelLayout.LineBytes);
        AdvanceAll(a, InputBases, Unroll * GroupLayout.ColumnsPerLine);
        a.sub(r8d, Unroll);
        a.jg(lines);

        WriteScaling(a);
        a.add(rax, GroupLayout.ScaleBytes);
        AdvanceAll(a, FactorBases, 2 * sizeof(float));
        a.dec(ecx);
        a.jg(group);

        WriteEpilog(a);
    }

    private void WriteProlog(Assembler a)
    {
        foreach (var register in Saved)
        {
            a.push(register);
        }

        a.mov(rax, __qword_ptr[rdi + Int8Product.WeightsAt]);
        a.mov(rdx, __qword_ptr[rdi + Int8Product.PanelStrideAt]);
        a.lea(r9, __[rdx + rdx * 2]);
        a.mov(rsi, __qword_ptr[rdi + Int8Product.InputStrideAt]);
        a.lea(r10, __[rsi + rsi * 2]);
        a.mov(InputBases[0], __qword_ptr[rdi + Int8Product.InputAt]);
        a.mov(FactorBases[0], __qword_ptr[rdi + Int8Product.FactorsAt]);
        for (var i = 1; i < BasesUsed; i++)
        {
            a.lea(InputBases[i], __[InputBases[i - 1] + rsi * TokensPerBase]);
            a.lea(FactorBases[i], __[FactorBases[i - 1] + rsi * TokensPerBase]);
        }

        a.mov(ecx, __dword_ptr[rdi + Int8Product.GroupsAt]);
        ForEachOutput((token, panel) => a.vpxord(Sum(token, panel), Sum(token, panel), Sum(token, panel)));
    }

    /// <summary>With one panel a token's levels are broadcast by the instruction itself; with more they wait in a register for all of them.</summary>
    private void WriteLine(Assembler a, int line)
    {
        for (var panel = 0; panel < Panels; panel++)
        {
            a.vmovdqu32(Weights(panel), Weight(panel, line * PanelLayout.LineBytes));
        }

        for (var token = 0; token < Tokens; token++)
        {
            var levels = line * GroupLayout.ColumnsPerLine;
            if (Panels == 1)
            {
                a.vpdpbusd(Whole(token, 0), Weights(0), At(InputBases, token, levels, isBroadcast: true));
                continue;
            }

            a.vpbroadcastd(Levels, At(InputBases, token, levels, isBroadcast: false));
            for (var panel = 0; panel < Panels; panel++)
            {
                a.vpdpbusd(Whole(token, panel), Weights(panel), Levels);
            }
        }
    }

    private void WriteScaling(Assembler a)
    {
        for (var panel = 0; panel < Panels; panel++)
        {
            a.vmovups(Weights(panel), Weight(panel, 0));
        }

        ForEachOutput((token, panel) => a.vcvtdq2ps(Whole(token, panel), Whole(token, panel)));
        ForEachOutput((token, panel) => a.vmulps(Whole(token, panel), Whole(token, panel), At(FactorBases, token, 0, isBroadcast: true)));
        ForEachOutput((token, panel) => a.vfmadd231ps(Sum(token, panel), Whole(token, panel), Weights(panel)));
    }

    private void WriteEpilog(Assembler a)
    {
        a.mov(rax, __qword_ptr[rdi + Int8Product.OutputAt]);
        a.mov(rcx, __qword_ptr[rdi + Int8Product.OutputStrideAt]);
        for (var token = 0; token < Tokens; token++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                a.vmovups(__zmmword_ptr[rax + panel * PanelLayout.PanelRows * sizeof(float)], Sum(token, panel));
            }

            a.lea(rax, __[rax + rcx * sizeof(float)]);
        }

        foreach (var register in Saved.Reverse())
        {
            a.pop(register);
        }

        a.vzeroupper();
        a.ret();
    }

    private void ForEachOutput(Action<int, int> write)
    {
        for (var token = 0; token < Tokens; token++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                write(token, panel);
            }
        }
    }

    private void AdvanceAll(Assembler a, AssemblerRegister64[] bases, int bytes)
    {
        for (var i = 0; i < BasesUsed; i++)
        {
            a.add(bases[i], bytes);
        }
    }

    private static AssemblerMemoryOperand Weight(int panel, int offset) => panel switch
    {
        0 => __zmmword_ptr[rax + offset],
        1 => __zmmword_ptr[rax + rdx + offset],
        2 => __zmmword_ptr[rax + rdx * 2 + offset],
        _ => __zmmword_ptr[rax + r9 + offset],
    };

    private static AssemblerMemoryOperand Factor(int token, int offset) => At(FactorBases, token, offset, isBroadcast: false);

    private static AssemblerMemoryOperand At(AssemblerRegister64[] bases, int token, int offset, bool isBroadcast)
    {
        var row = bases[token / TokensPerBase];
        var place = (token % TokensPerBase) switch
        {
            0 => row + offset,
            1 => row + rsi + offset,
            2 => row + rsi * 2 + offset,
            _ => row + r10 + offset,
        };
        return isBroadcast ? __dword_bcst[place] : __dword_ptr[place];
    }

    private AssemblerRegisterZMM Whole(int token, int panel) => Zmm(token * Panels + panel);

    private AssemblerRegisterZMM Sum(int token, int panel) => Zmm(Outputs + token * Panels + panel);

    private AssemblerRegisterZMM Weights(int panel) => Zmm(2 * Outputs + panel);

    private static AssemblerRegisterZMM Levels => Zmm(31);

    private static AssemblerRegisterZMM Zmm(int number) => new(Register.ZMM0 + number);
}
