using Iced.Intel;
using LoraFaaS.Engine.Cpu.Assembling;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using static Iced.Intel.AssemblerRegisters;

namespace LoraFaaS.Engine.Cpu.Kernels.Assembled;

/// <summary>
/// Some panels by some tokens, over as many groups of panels as the arguments say. Each output is one accumulator that runs through the
/// lines in order, whatever the form: how a product is covered changes no bit.
/// <para>Called as <c>void(TileArguments*)</c>. The arguments' panels are a multiple of <see cref="Panels"/>; their tokens are not looked at.</para>
/// </summary>
internal sealed record PanelTile(TileArithmetic Arithmetic, int Panels, int Tokens) : IKernelForm
{
    private const int PanelOutputBytes = 16 * sizeof(float);

    /// <summary>
    /// With so few tokens the weights come from memory as fast as they are used, and asking for them this far ahead gained 26 % on two
    /// threads (33.7 against 26.7 GB/s, one token, eight panels); with more tokens it gained nothing.
    /// </summary>
    private const int StreamingTokens = 4;
    private const int AheadBytes = 512;

    /// <summary>Lines a turn of the main loop.</summary>
    private const int Unroll = 4;

    /// <summary>Tokens that one base register reaches: 0 to 3 strides away.</summary>
    private const int TokensPerBase = 4;

    private static readonly AssemblerRegister64[] Saved = [rbx, rbp, r12, r13, r14, r15];
    private static readonly AssemblerRegister64[] InputBases = [r11, rbx, rbp, r12];

    // The other registers: rdi arguments, rax and r8 weights (panels 0–3, 4–7), rdx and r9 one and three panel strides,
    // rsi and r10 one and three input strides, rcx lines left, r13 panels left, r14 weights and r15 output of the group.
    public string Name => $"{Arithmetic.GetType().Name} {Panels}x{Tokens}";

    /// <summary>Whether 32 registers hold the accumulators, a line of each panel and an input.</summary>
    public static bool Fits(int panels, int tokens) => panels * tokens + (tokens == 1 ? 0 : panels) + 1 <= 32 && tokens <= InputBases.Length * TokensPerBase;

    public void Write(Assembler assembler)
    {
        var a = assembler;
        var group = a.CreateLabel();
        var clear = a.CreateLabel();
        var start = a.CreateLabel();
        WriteProlog(a);

        a.Label(ref group);
        a.cmp(__byte_ptr[rdi + TileArguments.AccumulateAt], 0);
        a.je(clear);
        ForEachOutput(a, (accumulator, place) => a.vmovups(accumulator, place));
        a.jmp(start);
        a.Label(ref clear);
        for (var i = 0; i < Panels * Tokens; i++)
        {
            a.vpxord(Zmm(i), Zmm(i), Zmm(i));
        }

        a.Label(ref start);
        WriteLoops(a);
        ForEachOutput(a, (accumulator, place) => a.vmovups(place, accumulator));
        MoveByPanels(a, r14);
        a.add(r15, Panels * PanelOutputBytes);
        a.sub(r13d, Panels);
        a.jg(group);

        foreach (var register in Saved.Reverse())
        {
            a.pop(register);
        }

        a.vzeroupper();
        a.ret();
    }

    private static void WriteProlog(Assembler a)
    {
        foreach (var register in Saved)
        {
            a.push(register);
        }

        a.mov(r14, __qword_ptr[rdi + TileArguments.WeightsAt]);
        a.mov(rdx, __qword_ptr[rdi + TileArguments.PanelStrideAt]);
        a.lea(r9, __[rdx + rdx * 2]);
        a.mov(r13d, __dword_ptr[rdi + TileArguments.PanelsAt]);
        a.mov(rsi, __qword_ptr[rdi + TileArguments.InputStrideAt]);
        a.lea(r10, __[rsi + rsi * 2]);
        a.mov(r15, __qword_ptr[rdi + TileArguments.OutputAt]);
    }

    private void WriteLoops(Assembler a)
    {
        var main = a.CreateLabel();
        var tail = a.CreateLabel();
        var one = a.CreateLabel();
        var done = a.CreateLabel();
        a.mov(rax, r14);
        if (Panels > 4)
        {
            a.lea(r8, __[r14 + rdx * 4]);
        }

        a.mov(InputBases[0], __qword_ptr[rdi + TileArguments.InputAt]);
        for (var i = 1; i < BasesUsed; i++)
        {
            a.lea(InputBases[i], __[InputBases[i - 1] + rsi * TokensPerBase]);
        }

        a.mov(ecx, __dword_ptr[rdi + TileArguments.LinesAt]);
        a.sub(ecx, Unroll);
        a.jl(tail);

        a.Label(ref main);
        for (var line = 0; line < Unroll; line++)
        {
            WriteLine(a, line);
        }

        Advance(a, Unroll);
        a.sub(ecx, Unroll);
        a.jge(main);

        a.Label(ref tail);
        a.add(ecx, Unroll);
        a.jz(done);
        a.Label(ref one);
        WriteLine(a, 0);
        Advance(a, 1);
        a.dec(ecx);
        a.jnz(one);
        a.Label(ref done);
    }

    /// <summary>With one token the weights come straight from memory; with more, a line of each panel waits in a register for all of them.</summary>
    private void WriteLine(Assembler a, int line)
    {
        var input = Zmm(31);
        for (var panel = 0; panel < Panels && Tokens <= StreamingTokens; panel++)
        {
            a.prefetcht0(WeightAt(panel, line, AheadBytes));
        }

        for (var panel = 0; panel < Panels && Tokens > 1; panel++)
        {
            a.vmovups(Zmm(30 - panel), WeightAt(panel, line));
        }

        for (var token = 0; token < Tokens; token++)
        {
            Arithmetic.Broadcast(a, input, InputAt(token, line));
            for (var panel = 0; panel < Panels; panel++)
            {
                if (Tokens == 1)
                {
                    Arithmetic.Multiply(a, Zmm(panel), input, WeightAt(panel, line));
                }
                else
                {
                    Arithmetic.Multiply(a, Zmm(token * Panels + panel), input, Zmm(30 - panel));
                }
            }
        }
    }

    private void Advance(Assembler a, int lines)
    {
        a.add(rax, lines * TileArguments.LineBytes);
        if (Panels > 4)
        {
            a.add(r8, lines * TileArguments.LineBytes);
        }

        for (var i = 0; i < BasesUsed; i++)
        {
            a.add(InputBases[i], lines * Arithmetic.InputBytes);
        }
    }

    private void ForEachOutput(Assembler a, Action<AssemblerRegisterZMM, AssemblerMemoryOperand> move)
    {
        a.mov(rcx, __qword_ptr[rdi + TileArguments.OutputStrideAt]);
        a.mov(rax, r15);
        for (var token = 0; token < Tokens; token++)
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                move(Zmm(token * Panels + panel), __zmmword_ptr[rax + panel * PanelOutputBytes]);
            }

            a.lea(rax, __[rax + rcx * sizeof(float)]);
        }
    }

    private void MoveByPanels(Assembler a, AssemblerRegister64 weights)
    {
        for (var left = Panels; left > 0;)
        {
            var step = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
            a.lea(weights, __[weights + rdx * step]);
            left -= step;
        }
    }

    private int BasesUsed => (Tokens + TokensPerBase - 1) / TokensPerBase;

    private static AssemblerMemoryOperand WeightAt(int panel, int line, int ahead = 0)
    {
        var row = panel < 4 ? rax : r8;
        var offset = line * TileArguments.LineBytes + ahead;
        return (panel % 4) switch
        {
            0 => __zmmword_ptr[row + offset],
            1 => __zmmword_ptr[row + rdx + offset],
            2 => __zmmword_ptr[row + rdx * 2 + offset],
            _ => __zmmword_ptr[row + r9 + offset],
        };
    }

    private AssemblerMemoryOperand InputAt(int token, int line)
    {
        var row = InputBases[token / TokensPerBase];
        var offset = line * Arithmetic.InputBytes;
        return (token % TokensPerBase) switch
        {
            0 => __[row + offset],
            1 => __[row + rsi + offset],
            2 => __[row + rsi * 2 + offset],
            _ => __[row + r10 + offset],
        };
    }

    private static AssemblerRegisterZMM Zmm(int number) => new(Register.ZMM0 + number);
}
