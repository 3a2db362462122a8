namespace LoraFaaS.Linux.Cgroups;

/// <summary>What a control group is wanted for.</summary>
public enum CgroupController
{
    Memory,
    Cpu,
    Pids,
}
