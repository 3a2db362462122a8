namespace LoraFaaS.Engine.Cpu.Threads;

/// <summary>Work in numbered chunks that may run in any order, on any thread. Made once, refilled for each use.</summary>
internal abstract class ParallelJob
{
    public int Chunks { get; protected set; }

    /// <param name="thread">Which of the pool's threads runs it, from 0 (the caller): for scratch memory.</param>
    public abstract void Run(int chunk, int thread);
}
