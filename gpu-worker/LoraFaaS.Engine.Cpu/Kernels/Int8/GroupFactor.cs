using System.Runtime.InteropServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>What a group of an input's columns is scaled with, and what its whole-number sums begin at.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GroupFactor
{
    /// <summary>Input = level × scale.</summary>
    public float Scale;

    /// <summary>−128 × the sum of the group's levels: takes back what the 128 in each weight's byte adds.</summary>
    public int Start;
}
