namespace LoraFaaS.Cli.Up;

/// <summary>The programs that <c>lorafaas up</c> starts.</summary>
internal enum HostKind
{
    Controller,
    Worker,
    Gateway,
    Console,
}
