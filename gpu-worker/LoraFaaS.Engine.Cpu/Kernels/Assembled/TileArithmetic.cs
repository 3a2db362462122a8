using Iced.Intel;

namespace LoraFaaS.Engine.Cpu.Kernels.Assembled;

/// <summary>What a tile does with a line of weights and a token's input.</summary>
internal abstract record TileArithmetic
{
    /// <summary>Bytes of a token's input that a line meets.</summary>
    public abstract int InputBytes { get; }

    /// <summary>Puts the input that a line meets into every lane.</summary>
    public abstract void Broadcast(Assembler a, AssemblerRegisterZMM target, AssemblerMemoryOperand input);

    public abstract void Multiply(Assembler a, AssemblerRegisterZMM sum, AssemblerRegisterZMM input, AssemblerRegisterZMM weights);

    public abstract void Multiply(Assembler a, AssemblerRegisterZMM sum, AssemblerRegisterZMM input, AssemblerMemoryOperand weights);

    /// <summary>
    /// A pair of bf16 weights times a pair of bf16 inputs: the odd column first, then the even, each fused, subnormals taken as zero.
    /// The order and the flushing are the instruction's own (found by trial on 6 million random quadruples, Zen 4).
    /// </summary>
    internal sealed record Pairs : TileArithmetic
    {
        public override int InputBytes => 4;

        public override void Broadcast(Assembler a, AssemblerRegisterZMM target, AssemblerMemoryOperand input) => a.vpbroadcastd(target, input);

        public override void Multiply(Assembler a, AssemblerRegisterZMM sum, AssemblerRegisterZMM input, AssemblerRegisterZMM weights) =>
            a.vdpbf16ps(sum, input, weights);

        public override void Multiply(Assembler a, AssemblerRegisterZMM sum, AssemblerRegisterZMM input, AssemblerMemoryOperand weights) =>
            a.vdpbf16ps(sum, input, weights);
    }

    /// <summary>float32 weights times bf16 inputs widened: an adapter kept in float32 on a backbone in bf16.</summary>
    internal sealed record Widened : TileArithmetic
    {
        public override int InputBytes => 2;

        /// <summary>The word in both halves of a lane; the shift leaves it in the upper, which is the float32.</summary>
        public override void Broadcast(Assembler a, AssemblerRegisterZMM target, AssemblerMemoryOperand input)
        {
            a.vpbroadcastw(target, input);
            a.vpslld(target, target, 16);
        }

        public override void Multiply(Assembler a, AssemblerRegisterZMM sum, AssemblerRegisterZMM input, AssemblerRegisterZMM weights) =>
            a.vfmadd231ps(sum, input, weights);

        public override void Multiply(Assembler a, AssemblerRegisterZMM sum, AssemblerRegisterZMM input, AssemblerMemoryOperand weights) =>
            a.vfmadd231ps(sum, input, weights);
    }
}
