using System.Runtime.InteropServices;

namespace LoraFaaS.Linux.Calls;

/// <summary>struct sock_filter: one instruction of classic BPF over struct seccomp_data.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BpfInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand)
{
    internal const ushort LoadWord = 0x20;
    internal const ushort JumpAlways = 0x05;
    internal const ushort JumpIfEqual = 0x15;
    internal const ushort JumpIfAtLeast = 0x35;
    internal const ushort JumpIfAnyBit = 0x45;
    internal const ushort Return = 0x06;
}
