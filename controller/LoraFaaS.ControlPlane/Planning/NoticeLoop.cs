using System.Diagnostics;
using LoraFaaS.ControlPlane.Logs;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using Microsoft.Extensions.Hosting;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>Turns the controllers' news into wake-ups. Does no work itself, so that it always reads on.</summary>
public sealed class NoticeLoop(IWarmStateStore warm, LoopSignals signals, LogNews logs, WorkerRegistry workers) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var notice in warm.WatchAsync(stoppingToken))
        {
            Ring(notice);
        }
    }

    private void Ring(WarmNotice notice)
    {
        switch (notice)
        {
            case WarmNotice.Everything:
                signals.Routes.Ring();
                signals.Backbones.Ring();
                signals.KeepAlive.Ring();
                signals.Reconcile.Ring();
                logs.RingAll();
                break;
            case WarmNotice.Catalogue:
                signals.Routes.Ring();
                signals.Backbones.Ring();
                signals.KeepAlive.Ring();
                signals.Reconcile.Ring();
                break;
            case WarmNotice.Worker:
                signals.Routes.Ring();
                signals.Reconcile.Ring();
                break;
            case WarmNotice.Drain(var id, var resume):
                _ = workers.TryFind(id, out var session) && session.TryTell(new WorkerCommand.Drain(resume));
                break;
            case WarmNotice.Log(var function):
                logs.Ring(function);
                break;
            default:
                throw new UnreachableException();
        }
    }
}
