using System.Collections.Immutable;
using static LoraFaaS.Linux.Calls.BpfInstruction;

namespace LoraFaaS.Linux.Calls;

/// <summary>
/// Writes a seccomp program: one block a call, each beginning with the call's number in the accumulator. Conditions look at the low half of
/// a register, which is all the kernel reads of an int; a pointer is compared whole.
/// </summary>
internal sealed class BpfProgram(uint refused)
{
    /// <summary>Offsets in struct seccomp_data: nr, arch, instruction pointer, six arguments of 64 bits.</summary>
    private const uint Number = 0, Architecture = 4, Arguments = 16;

    /// <summary>Calls of the x32 ABI share the architecture's word and have this bit.</summary>
    private const uint X32 = 0x40000000;

    private readonly List<BpfInstruction> _code = [];

    public void RequireArchitecture(uint architecture)
    {
        Load(Architecture);
        Add(JumpIfEqual, architecture, 1, 0);
        Return(CallVerdict.KillProcess);
        Load(Number);
        Add(JumpIfAtLeast, X32, 0, 1);
        Return(CallVerdict.KillProcess);
    }

    public void Decide(SystemCall call, uint verdict)
    {
        Add(JumpIfEqual, (uint)call, 0, 1);
        Return(verdict);
    }

    public void AllowIfNoBit(SystemCall call, int argument, uint bits) => Block(call,
    [
        Word(argument),
        new(JumpIfAnyBit, 1, 0, bits),
        Verdict(CallVerdict.Allow),
        Verdict(refused),
    ]);

    /// <summary>All of <paramref name="needed"/> (one bit) and none of <paramref name="forbidden"/>.</summary>
    public void AllowIfBits(SystemCall call, int argument, uint needed, uint forbidden) => Block(call,
    [
        Word(argument),
        new(JumpIfAnyBit, 0, 2, needed),
        new(JumpIfAnyBit, 1, 0, forbidden),
        Verdict(CallVerdict.Allow),
        Verdict(refused),
    ]);

    public void AllowUnless(SystemCall call, int argument, ReadOnlySpan<uint> values)
    {
        List<BpfInstruction> block = [Word(argument)];

        for (var i = 0; i < values.Length; i++)
        {
            block.Add(new(JumpIfEqual, (byte)(values.Length - i), 0, values[i]));
        }

        block.Add(Verdict(CallVerdict.Allow));
        block.Add(Verdict(refused));
        Block(call, block);
    }

    public void AllowIfOneOf(SystemCall call, int argument, ReadOnlySpan<uint> values)
    {
        List<BpfInstruction> block = [Word(argument)];

        for (var i = 0; i < values.Length; i++)
        {
            block.Add(new(JumpIfEqual, (byte)(values.Length - i), 0, values[i]));
        }

        block.Add(Verdict(refused));
        block.Add(Verdict(CallVerdict.Allow));
        Block(call, block);
    }

    /// <summary>A verdict where a register has one of the first bits, another where it has one of the second; elsewhere the call is allowed.</summary>
    public void DecideIfAnyBits(SystemCall call, int argument, uint first, uint firstVerdict, uint second, uint secondVerdict) => Block(call,
    [
        Word(argument),
        new(JumpIfAnyBit, 0, 1, first),
        Verdict(firstVerdict),
        new(JumpIfAnyBit, 0, 1, second),
        Verdict(secondVerdict),
        Verdict(CallVerdict.Allow),
    ]);

    /// <summary>One verdict where a register has one of these bits, and another where it has none.</summary>
    public void DecideByBit(SystemCall call, int argument, uint bits, uint present, uint absent) => Block(call,
    [
        Word(argument),
        new(JumpIfAnyBit, 0, 1, bits),
        Verdict(present),
        Verdict(absent),
    ]);

    /// <summary>Limits of processes of these numbers: of the kept one only to be read, of others also to be set.</summary>
    public void AllowLimits(SystemCall call, ReadOnlySpan<uint> processes, uint kept)
    {
        // prlimit64(process, resource, new, old).
        List<BpfInstruction> block = [Word(0)];

        for (var i = 0; i < processes.Length; i++)
        {
            block.Add(new(JumpIfEqual, (byte)(processes.Length - i), 0, processes[i]));
        }

        block.AddRange(
        [
            Verdict(refused),
            Word(1),
            new(JumpIfEqual, 0, 4, kept),
            Word(2),
            new(JumpIfEqual, 0, 3, 0),
            HighWord(2),
            new(JumpIfEqual, 0, 1, 0),
            Verdict(CallVerdict.Allow),
            Verdict(refused),
        ]);
        Block(call, block);
    }

    /// <summary>A verdict where the high half of a pointer is from <paramref name="first"/> to below <paramref name="end"/>; elsewhere the call is allowed.</summary>
    public void DecideIfHighWithin(SystemCall call, int argument, uint first, uint end, uint verdict) => Block(call,
    [
        HighWord(argument),
        new(JumpIfAtLeast, 0, 2, first),
        new(JumpIfAtLeast, 1, 0, end),
        Verdict(verdict),
        Verdict(CallVerdict.Allow),
    ]);

    /// <summary>A null pointer: both halves.</summary>
    public void AllowIfNull(SystemCall call, int argument) => Block(call,
    [
        Word(argument),
        new(JumpIfEqual, 0, 3, 0),
        HighWord(argument),
        new(JumpIfEqual, 0, 1, 0),
        Verdict(CallVerdict.Allow),
        Verdict(refused),
    ]);

    public void AllowIfBoth(SystemCall call, int first, uint firstValue, int second, uint secondValue) => Block(call,
    [
        Word(first),
        new(JumpIfEqual, 0, 3, firstValue),
        Word(second),
        new(JumpIfEqual, 0, 1, secondValue),
        Verdict(CallVerdict.Allow),
        Verdict(refused),
    ]);

    public ImmutableArray<BpfInstruction> End()
    {
        Return(refused);
        return [.. _code];
    }

    /// <summary>A block ends in verdicts on every way through it, so the number need not be loaded again behind it.</summary>
    private void Block(SystemCall call, List<BpfInstruction> block)
    {
        Add(JumpIfEqual, (uint)call, 0, checked((byte)block.Count));
        _code.AddRange(block);
    }

    private void Load(uint offset) => Add(LoadWord, offset, 0, 0);

    private void Return(uint verdict) => _code.Add(Verdict(verdict));

    private void Add(ushort code, uint operand, byte ifTrue, byte ifFalse) => _code.Add(new BpfInstruction(code, ifTrue, ifFalse, operand));

    private static BpfInstruction Word(int argument) => new(LoadWord, 0, 0, Arguments + (uint)(argument * 8));

    private static BpfInstruction HighWord(int argument) => new(LoadWord, 0, 0, Arguments + (uint)(argument * 8) + 4);

    private static BpfInstruction Verdict(uint verdict) => new(BpfInstruction.Return, 0, 0, verdict);
}
