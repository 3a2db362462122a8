namespace LoraFaaS.Contracts.Functions;

/// <summary>What <c>?usage=1</c> adds to a status. Cpu in millicores, memory in bytes.</summary>
public sealed record FunctionUsage(double Cpu, double TotalMemoryBytes);
