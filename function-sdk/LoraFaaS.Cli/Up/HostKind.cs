namespace LoraFaaS.Cli.Up;

/// <summary>The programs that <c>lorafaas up</c> starts, in the order in which they start.</summary>
internal enum HostKind
{
    Controller,
    Worker,
    Gateway,
}
