/** A pod spec patch of 2.6 KB, which was the middle of 73 that KFP's real driver wrote. */
export const podSpecPatch = JSON.stringify({
  containers: [
    {
      name: 'main',
      image: 'python:3.11',
      command: [
        '/kfp-launcher/launch',
        '--pipeline_name',
        'hello',
        '--run_id',
        'run-1',
        '--execution_id',
        '7',
      ],
      env: Array.from({ length: 54 }, (_, at) => ({ name: `KFP_VARIABLE_${at}`, value: `value-${at}` })),
      resources: {},
    },
  ],
});
