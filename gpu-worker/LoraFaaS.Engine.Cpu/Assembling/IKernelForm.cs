using Iced.Intel;

namespace LoraFaaS.Engine.Cpu.Assembling;

/// <summary>
/// A kernel as source: what it is called and how its code is written. Implemented by records, so that equal forms are one kernel.
/// A kernel follows the C calling convention of 64-bit Linux, keeps no state, and ends with a return.
/// </summary>
internal interface IKernelForm
{
    string Name { get; }

    void Write(Assembler assembler);
}
